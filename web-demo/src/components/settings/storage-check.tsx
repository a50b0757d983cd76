import { useState } from 'preact/hooks';
import type { Larder, RepairReport, VerifyReport } from 'chatlarder';
import { readStats } from '../../storage';
import { larder } from '../../store';
import { problemTexts } from '../../text/problems';
import { reasonOf } from '../../text/reasons';
import { Section } from './section';

type Outcome =
  | { kind: 'busy'; what: string }
  | { kind: 'verified'; report: VerifyReport }
  | { kind: 'repaired'; report: RepairReport }
  | { kind: 'failed'; reason: string };

/** Whether what is stored is in order, and what mends it. */
export function StorageCheck() {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const isBusy = outcome?.kind === 'busy';
  const run = async (what: string, work: (opened: Larder) => Promise<Outcome>) => {
    setOutcome({ kind: 'busy', what });
    const failed = (error: unknown): Outcome => ({ kind: 'failed', reason: reasonOf(error) });
    setOutcome(await work(larder.value!).catch(failed));
    await readStats();
  };
  const verify = () =>
    run('Checking', async (opened) => ({ kind: 'verified', report: await opened.verify() }));
  const repair = () =>
    run('Repairing', async (opened) => ({ kind: 'repaired', report: await opened.repair() }));
  return (
    <Section id="check" title="Check and repair">
      <p class="settings-note">
        Reads all that is stored, compares it with its hashes and counts, and can fetch again what is damaged.
      </p>
      <div class="settings-buttons">
        <button
          type="button"
          class="secondary"
          data-testid="verify"
          disabled={isBusy}
          onClick={() => void verify()}
        >
          Check
        </button>
        <button
          type="button"
          class="secondary"
          data-testid="repair"
          disabled={isBusy}
          onClick={() => void repair()}
        >
          Repair
        </button>
      </div>
      <div class="report" role="status" data-testid="check-report" data-outcome={outcome?.kind}>
        {outcome && <Report outcome={outcome} />}
      </div>
    </Section>
  );
}

function Report({ outcome }: { outcome: Outcome }) {
  switch (outcome.kind) {
    case 'busy':
      return <p class="is-loading">{outcome.what}…</p>;
    case 'failed':
      return <p class="settings-problem">It couldn’t be done. {outcome.reason}</p>;
    case 'verified':
      return <Verified report={outcome.report} />;
    case 'repaired':
      return <Repaired report={outcome.report} />;
  }
}

function Verified({ report }: { report: VerifyReport }) {
  const { problems } = report;
  const [messages, chats, blobs] = [report.messages, report.chats, report.blobs].map((count) =>
    count.toLocaleString(),
  );
  return (
    <>
      <p>
        {messages} messages in {chats} chats and {blobs} stored files were read.{' '}
        {problems.length === 0 && 'All is in order.'}
      </p>
      <Problems problems={problems} />
    </>
  );
}

function Repaired({ report: { problems, removed, refetched } }: { report: RepairReport }) {
  if (problems.length === 0) return <p>There was nothing to repair.</p>;
  return (
    <>
      <Problems problems={problems} />
      <p>
        {removed.toLocaleString()} removed, {refetched.toLocaleString()} to be fetched again; what counts them
        is right again.
      </p>
    </>
  );
}

function Problems({ problems }: Pick<VerifyReport, 'problems'>) {
  return (
    <ul class="problems" role="list" data-count={problems.length}>
      {problemTexts(problems).map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}
