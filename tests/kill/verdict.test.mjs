/** The kill test must see what it looks for. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ledger } from './ledger.mjs';
import { doubledOrOutOfOrder, missingOrChanged, shownDifferently } from './verdict.mjs';

const key = (chat, place) => `key-${chat}-${place}`;

/** Messages of one chat as the server has them, by places like '1.2': round 1, its message 2. */
const history = (chat, ...places) =>
  places.map((place, index) => ({
    id: `id-${chat}-${place}`,
    content: `${place} text`,
    clientTempId: key(chat, place),
    sequenceNumber: index + 1,
  }));

const acknowledged = (chat, place) => {
  const [round, number] = place.split('.').map(Number);
  return { round, chat, number, id: key(chat, place), content: `${place} text` };
};

describe('the verdict of the kill test', () => {
  it('lets a history pass in which messages are left out', () => {
    const histories = [history(0, '1.1', '1.2', '2.1', '4.7'), history(1, '1.1')];
    assert.deepEqual(doubledOrOutOfOrder(histories), []);
    assert.deepEqual(missingOrChanged([acknowledged(0, '1.2'), acknowledged(1, '1.1')], histories), []);
  });

  it('sees a message that is there twice, with the same key or another one', () => {
    const again = { ...history(0, '1.1')[0], clientTempId: 'another key' };
    for (const last of [history(0, '1.1')[0], again]) {
      const found = doubledOrOutOfOrder([[...history(0, '1.1', '1.2'), last]]);
      assert.deepEqual(found, [{ round: 1, text: 'message 1.1 of chat 0 is there twice' }]);
    }
  });

  it('sees a key that is there twice, in another chat too', () => {
    const stolen = { ...history(1, '2.5')[0], clientTempId: key(0, '1.1') };
    const found = doubledOrOutOfOrder([history(0, '1.1'), [stolen]]);
    assert.deepEqual(found, [{ round: 2, text: 'the key of message 2.5 of chat 1 is there twice' }]);
  });

  it('sees what is out of order, within a round and across rounds', () => {
    for (const [places, round, text] of [
      [['1.2', '1.1'], 1, 'message 1.1 of chat 0 is there after 1.2'],
      [['2.1', '1.9', '2.2'], 1, 'message 1.9 of chat 0 is there after 2.1'],
      [['1.9', '1.10', '1.3'], 1, 'message 1.3 of chat 0 is there after 1.10'],
    ]) {
      assert.deepEqual(doubledOrOutOfOrder([history(0, ...places)]), [{ round, text }]);
    }
  });

  it('sees a message that nobody wrote', () => {
    const [problem] = doubledOrOutOfOrder([[{ ...history(0, '1.1')[0], content: 'hello' }]]);
    assert.equal(problem.round, 'end');
  });

  it('sees an acknowledged message that is missing, is in another chat, or has another text', () => {
    const histories = [history(0, '3.1'), history(1, '3.2')];
    histories[0][0].content = '3.1 texT';
    const found = missingOrChanged(
      [acknowledged(0, '3.1'), acknowledged(0, '3.2'), acknowledged(1, '3.3')],
      histories,
    );
    assert.deepEqual(
      found.map(({ round, text }) => [round, text]),
      [
        [3, 'message 3.1 of chat 0 is there as "3.1 texT", not "3.1 text"'],
        [3, `message 3.2 of chat 0 (${key(0, '3.2')}) is missing`],
        [3, `message 3.3 of chat 1 (${key(1, '3.3')}) is missing`],
      ],
    );
  });

  it('sees when the device shows something else', () => {
    const histories = [history(0, '1.1', '1.2')];
    const shown = (messages) => [messages.map((message) => ({ ...message, status: 'sent' }))];
    const others = { id: 'of somebody else', status: 'sent' };
    assert.deepEqual(shownDifferently([[others, ...shown(histories[0])[0]]], histories), []);
    const [first, second] = shown(histories[0])[0];
    for (const wrong of [[first], [second, first], [first, { ...second, status: 'pending' }]]) {
      assert.equal(shownDifferently([wrong], histories).length, 1);
    }
  });

  it('keeps count of what the pages report', () => {
    const ledger = new Ledger();
    ledger.take(2, { kind: 'acknowledged', chat: 0, number: 1, id: 'a', content: 'x' });
    ledger.take(2, { kind: 'problem', text: 'no' });
    ledger.take(2, { kind: 'problem', text: 'no' });
    ledger.take('end', { kind: 'left', waiting: 3, failed: ['b: HTTP 500'] });
    assert.deepEqual([ledger.acknowledgedIn(1), ledger.acknowledgedIn(2)], [0, 1]);
    assert.deepEqual([ledger.problemsOf(2), ledger.problemsOf('end')], [['no'], []]);
    assert.deepEqual([...ledger.givenUp], ['b: HTTP 500']);
  });
});
