/** How a bench's page calls functions of its worker, and what they give comes back. */
interface Call {
  id: number;
  method: string;
  args: unknown[];
}

interface Answer {
  id: number;
  result?: unknown;
  error?: string;
}

type Methods = Record<string, (...args: never[]) => unknown>;

async function answer(methods: Methods, { id, method, args }: Call): Promise<Answer> {
  try {
    return { id, result: await methods[method]!(...(args as never[])) };
  } catch (error) {
    return { id, error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

/** In the worker: lets the page call these functions. */
export function serveCalls(methods: Methods): void {
  self.onmessage = ({ data }: MessageEvent<Call>) => {
    void answer(methods, data).then((reply) => self.postMessage(reply));
  };
}

/** A worker that serves calls. */
export class BenchWorker {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (reply: Answer) => void>();
  #calls = 0;

  constructor(script: string) {
    this.#worker = new Worker(script, { type: 'module' });
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#take(data);
    this.#worker.onerror = ({ message }) => {
      for (const id of this.#waiting.keys()) this.#take({ id, error: message || `${script} failed` });
    };
  }

  #take(reply: Answer): void {
    this.#waiting.get(reply.id)?.(reply);
    this.#waiting.delete(reply.id);
  }

  call<T>(method: string, ...args: unknown[]): Promise<T> {
    const id = (this.#calls += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result as T);
        else reject(new Error(error));
      });
      this.#worker.postMessage({ id, method, args } satisfies Call);
    });
  }

  terminate(): void {
    this.#worker.terminate();
  }
}
