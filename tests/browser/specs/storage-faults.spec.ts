/**
 * Whatever IndexedDB does at whichever call: nothing that was promised is lost, every promise settles, and
 * when the fault has gone everything is as it should be.
 *
 * The main flows run once without a fault, in which calls are counted, and then with one at the Nth call: for
 * every N with `--every` (half an hour), else for a few, which differ from kind to kind.
 */
import { expect } from 'chai';
import { LarderError, type Larder } from 'chatlarder';
import { uuid } from './support/fake-server.js';
import { FaultShim, stackOf, type ShimFault } from './support/fault-shim.js';
import { sequencesOf } from './support/history.js';
import { freshUser, Larders, until } from './support/larder.js';
import { MediaServer } from './support/media-server.js';
import { sentTo, textsOf, untilDrained } from './support/outbox.js';
import { ShimmedWorkers } from './support/shimmed-workers.js';

const chatId = uuid(1, 0);
const FILE = 'picture.png';
const every = new URLSearchParams(location.search).has('every');
/** Runs for each kind of fault; WebKit takes ten seconds for one. */
const RUNS = /AppleWebKit(?!.*Chrome)/.test(navigator.userAgent) ? 1 : 2;
/** Of calls there are about 100, and not more than so many. */
const CALLS_MAX = 200;
/** Between tries, in milliseconds, and what they are here. */
const PAUSES = { 100: 5, 1000: 10 };

const kinds = (['throw', 'abort', 'lost', 'hang'] as const).flatMap((how) =>
  [false, true].map((forever) => ({ how, forever })),
);

describe('storage faults', function () {
  this.timeout(60_000);
  const larders = new Larders();
  const workers = new ShimmedWorkers();
  const uncaught: string[] = [];
  const note = ({ reason }: PromiseRejectionEvent) => uncaught.push(stackOf(reason));
  let server: MediaServer;
  let sent: string[] = [];
  let pageShim: FaultShim;
  /** Of the last run. */
  let calls = 0;

  before(() => addEventListener('unhandledrejection', note));
  after(() => removeEventListener('unhandledrejection', note));

  afterEach(async () => {
    pageShim?.restore();
    await workers.release();
    workers.restore();
    workers.close();
    await larders.destroyAll({ ended: true });
  });

  /** The main flows, one after the other; a step that fails has a code, and the next one follows. */
  async function runFlows(larder: Larder): Promise<void> {
    const chat = larder.chat(chatId);
    const stop = chat.watch({ limit: 20 }, () => {});
    const steps: (() => Promise<unknown>)[] = [
      () => larder.chats(),
      () => chat.messages(),
      () => larder.sync(),
      () => chat.sync(),
      () => send(larder, 'one'),
      () => Promise.all([send(larder, 'two'), chat.markRead(5)]),
      () => larder.media.get(chatId, FILE),
      () => larder.outbox.list(),
      () => larder.chat(uuid(1, 1)).sync(),
      () => chat.messages({ limit: 100 }),
    ];
    for (const step of steps) await step().catch(expectCode);
    stop();
  }

  async function send(larder: Larder, content: string): Promise<void> {
    await larder.chat(chatId).send({ content });
    sent.push(content);
  }

  function expectCode(error: unknown): void {
    if (error instanceof LarderError && error.code) return;
    throw error;
  }

  async function prepare(): Promise<{ userId: string; transport: MediaServer }> {
    sent = [];
    uncaught.length = 0;
    server = new MediaServer(2, 30);
    await server.put(0, FILE, new Uint8Array(2000).fill(7));
    return { userId: freshUser(), transport: server };
  }

  /** One run with a fault in the worker or in the page; what hangs hangs until it was hit. */
  async function run(where: 'worker' | 'page', fault: ShimFault): Promise<void> {
    const options = await prepare();
    pageShim = new FaultShim({ fault: where === 'page' ? fault : null }).install();
    workers.install({ fault: where === 'worker' ? fault : null, timers: PAUSES });
    let isDone = false;
    const flows = larders
      .open({ ...options, openTimeoutMs: 2000 })
      .then(runFlows, expectCode)
      .finally(() => (isDone = true));
    if (fault.how === 'hang') {
      await until(() => isDone || pageShim.hits > 0 || workers.states.some(({ hits }) => hits > 0));
      pageShim.release();
      await workers.release();
    }
    await flows;
    pageShim.restore();
    await workers.release();
    await expectAllThere(options);
    calls = where === 'page' ? pageShim.calls : workers.states[0]!.calls;
    const inWorkers = workers.states.flatMap((state) => state.uncaught);
    expect([...uncaught, ...inWorkers].join('\n')).to.equal('');
    workers.close();
  }

  /** Another larder shows what the server has, and all that was promised. */
  async function expectAllThere(options: { userId: string; transport: MediaServer }): Promise<void> {
    await larders.closeAll();
    workers.restore();
    const larder = await larders.open(options);
    await larder.sync();
    await Promise.all([0, 1].map((chat) => larder.chat(uuid(1, chat)).sync()));
    await untilDrained(larder);
    for (const chat of [0, 1]) {
      const expected = server.chats.get(chat)!.messages.map(({ sequenceNumber }) => sequenceNumber);
      await until(async () => String(await sequencesOf(larder, chat)) === String(expected));
    }
    for (const text of sent) expect(sentTo(server, 0).filter((each) => each === text)).to.have.lengthOf(1);
    const texts = await textsOf(larder, 0);
    expect(texts).to.include.members(sent);
    expect((await larder.media.get(chatId, FILE)).size).to.equal(2000);
    expect((await larder.verify()).problems).to.deep.equal([]);
    await larders.destroyAll({ ended: true });
  }

  for (const where of ['worker', 'page'] as const) {
    describe(`in the ${where}`, () => {
      let count = 0;

      before(async () => {
        await run(where, { how: 'throw', at: Number.MAX_SAFE_INTEGER, forever: false });
        count = calls;
        expect(count).to.be.within(10, CALLS_MAX);
      });

      const runAt = (fault: ShimFault) =>
        run(where, fault).catch((cause: Error) => {
          const { how, at, forever } = fault;
          throw new Error(`${where}: ${how} ${at}${forever ? ' on' : ''}: ${cause.message}`, { cause });
        });

      kinds.forEach(({ how, forever }, k) => {
        const name = `${how}, ${forever ? 'from the Nth call on' : 'at the Nth call'}`;
        for (let at = 1; every && at <= CALLS_MAX; at += 1) {
          it(`${name}: ${at}`, async function () {
            if (at > count) this.skip();
            await runAt({ how, at, forever });
          });
        }
        if (every) return;
        it(name, async () => {
          for (let nth = 0; nth < RUNS; nth += 1) {
            const at = 1 + Math.floor((count * (nth + (k + 0.5) / kinds.length)) / RUNS);
            await runAt({ how, at, forever });
          }
        });
      });
    });
  }
});
