/** As faulty.ts; and its worker can be frozen: it waits for the answer to a request, and does no more. */
import transport from './faulty.js';

const name = new URL(import.meta.url).searchParams.get('channel')!;
const channel = new BroadcastChannel(`${name}-freeze`);
channel.onmessage = ({ data: url }: MessageEvent<string>) => {
  const request = new XMLHttpRequest();
  request.open('GET', url, false);
  request.send();
};

export default transport;
