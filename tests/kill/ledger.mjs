/** What the pages have reported, and what has gone wrong, by round. */

/**
 * @typedef {object} Acknowledged a message whose `send()` has resolved
 * @property {number} round
 * @property {number} chat
 * @property {number} number of the round's messages in that chat, in the order they were written
 * @property {string} id its idempotency key
 * @property {string} content
 *
 * @typedef {number | 'end'} Round
 */

export class Ledger {
  /** @type {Acknowledged[]} */
  acknowledged = [];
  /** @type {{ round: Round, text: string }[]} */
  problems = [];
  /** Operations that the larder gave up after its tries; they were tried again at the end. */
  givenUp = new Set();
  /** Operations that pages found waiting when they were opened, and those of them that had been cut off. */
  found = { waiting: 0, underWay: 0 };
  #counts = new Map();

  /**
   * @param {Round} round
   * @param {import('./page.js').Report} report
   */
  take(round, report) {
    if (report.kind === 'problem') this.addProblem(round, report.text);
    if (report.kind === 'left') for (const id of report.failed) this.givenUp.add(id);
    if (report.kind === 'found') this.#addFound(report);
    if (report.kind !== 'acknowledged') return;
    const { chat, number, id, content } = report;
    this.acknowledged.push({ round, chat, number, id, content });
    this.#counts.set(round, this.acknowledgedIn(round) + 1);
  }

  #addFound({ waiting, underWay }) {
    this.found.waiting += waiting;
    this.found.underWay += underWay;
  }

  /** @param {Round} round */
  acknowledgedIn(round) {
    return this.#counts.get(round) ?? 0;
  }

  /** Notes a problem, once. */
  addProblem(round, text) {
    if (this.problems.some((known) => known.round === round && known.text === text)) return;
    this.problems.push({ round, text });
  }

  problemsOf(round) {
    return this.problems.filter((problem) => problem.round === round).map(({ text }) => text);
  }
}
