/** How a bench's page tells the server that lives in a worker what to do next, and hears that it is done. */
export interface Order {
  id: number;
  method: string;
  args: unknown[];
}

let orders = 0;

/** Lets whoever writes to the channel call these functions. */
export function serveOrders(
  channelName: string,
  methods: Record<string, (...args: never[]) => unknown>,
): void {
  const channel = new BroadcastChannel(channelName);
  const carryOut = async ({ id, method, args }: Order) => {
    const result = await methods[method]!(...(args as never[]));
    channel.postMessage({ done: id, result });
  };
  channel.onmessage = ({ data }: MessageEvent<Order | { done: number }>) => {
    if (!('done' in data)) void carryOut(data);
  };
}

/** Calls a function of the other side; resolves with what it returned. */
export function order<T>(channelName: string, method: string, ...args: unknown[]): Promise<T> {
  const channel = new BroadcastChannel(channelName);
  const id = (orders += 1);
  return new Promise((resolve) => {
    channel.onmessage = ({ data }: MessageEvent<{ done?: number; result: T }>) => {
      if (data.done !== id) return;
      channel.close();
      resolve(data.result);
    };
    channel.postMessage({ id, method, args } satisfies Order);
  });
}
