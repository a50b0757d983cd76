/** Components that show what a hook says, in React's strict mode, which mounts everything twice. */
import { createElement, StrictMode, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import type { Larder } from 'chatlarder';
import { LarderProvider } from 'chatlarder/react';

/** One component that calls a hook; `seen` is what it said, render by render. */
export class Mounted<P, T> {
  readonly seen: T[] = [];
  readonly #root: Root;
  readonly #hook: (props: P) => T;
  #larder: Larder | null;
  #props: P;

  constructor(larder: Larder | null, hook: (props: P) => T, props: P) {
    this.#root = createRoot(document.createElement('div'));
    this.#hook = hook;
    this.#larder = larder;
    this.#props = props;
    this.#render();
  }

  get last(): T | undefined {
    return this.seen.at(-1);
  }

  /** Renders it anew with other properties; the component stays. */
  show(props: P): void {
    this.#props = props;
    this.#render();
  }

  /** Gives it another larder. */
  give(larder: Larder | null): void {
    this.#larder = larder;
    this.#render();
  }

  unmount(): void {
    this.#root.unmount();
  }

  #render(): void {
    const Shown = this.#Shown;
    const shown = createElement(Shown, { value: this.#props });
    this.#root.render(strictly(createElement(LarderProvider, { larder: this.#larder }, shown)));
  }

  readonly #Shown = ({ value }: { value: P }): null => {
    this.seen.push(this.#hook(value));
    return null;
  };
}

export function strictly(children: ReactNode) {
  return createElement(StrictMode, null, children);
}
