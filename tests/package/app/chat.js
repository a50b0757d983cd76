/** The app of the package tests: shows the messages of one chat in the order in which they are said. */
const requestId = '6c1d9b4e-0a41-4f0e-9a57-3f3e0d8f5b10';
const contents = ['Good morning', 'The printer is on fire', 'Is it still?'];

const messages = contents.map((content, i) => ({
  id: `0b9f0d5c-7a43-4c37-8d55-00000000000${i}`,
  requestId,
  sequenceNumber: i + 1,
  senderId: 'agent',
  sender: { id: 'agent', username: 'agent', fullName: 'Ada Agent', isTechnician: true },
  content,
  createdAt: `2026-01-16T08:0${i}:00.000Z`,
  updatedAt: null,
  isScreenshot: false,
  screenshotFileName: null,
  fileName: null,
  fileSize: null,
  fileMimeType: null,
  isReadByCurrentUser: true,
}));

const counts = { lastSequence: 3, revision: '3', totalMessageCount: 3, unreadCount: 0, lastReadSequence: 3 };

function chatRecord() {
  const { id, senderId, content, createdAt } = messages.at(-1);
  const lastMessage = { id, senderId, senderName: 'Ada Agent', content, createdAt };
  return { requestId, title: 'Printer', ...counts, lastActivityAt: createdAt, lastMessage };
}

const server = {
  async fetchChats() {
    return { chats: [chatRecord()], cursor: 'end', hasMore: false };
  },
  async fetchMessages({ afterSequence = 0, beforeSequence = 4 }) {
    const wanted = messages.filter(
      (m) => m.sequenceNumber > afterSequence && m.sequenceNumber < beforeSequence,
    );
    const covers =
      wanted.length > 0 ? { from: wanted[0].sequenceNumber, to: wanted.at(-1).sequenceNumber } : null;
    return { requestId, messages: wanted, covers, tombstones: [], ...counts };
  },
  async fetchMedia() {
    return { bytes: new TextEncoder().encode('a file'), mimeType: 'text/plain' };
  },
};

/** What a page has without a network. */
const nobody = {
  fetchChats: () => Promise.reject(new TypeError('there is no network')),
  fetchMessages: () => Promise.reject(new TypeError('there is no network')),
};

function show(page) {
  const items = page.messages.map(({ content }) => {
    const item = document.createElement('li');
    item.textContent = content;
    return item;
  });
  document.querySelector('#messages').replaceChildren(...items);
}

/** @param {typeof import('chatlarder').openLarder} openLarder as the page got it */
export async function showChat(openLarder) {
  const transport = new URLSearchParams(location.search).has('offline') ? nobody : server;
  const larder = await openLarder({ userId: 'customer', transport });
  larder.chat(requestId).watch({ limit: 50 }, show);
  document.body.dataset.file = await (await larder.media.get(requestId, 'file.txt')).text();
}
