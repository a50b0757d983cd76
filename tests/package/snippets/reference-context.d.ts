/** What the examples in doc comments take for granted besides: what they are about, and the app around it. */
import type { Transport } from 'chatlarder';
import type * as Hooks from 'chatlarder/react';
import type * as ServiceWorker from 'chatlarder/service-worker';
import type * as React from 'react';

declare global {
  const {
    LarderProvider,
    useChats,
    useConnection,
    useLarder,
    useMedia,
    useMessages,
    useOutbox,
  }: typeof Hooks;
  const { drainOutboxOnSync, httpTransport, serveMedia }: typeof ServiceWorker;
  const { useEffect, useState }: typeof React;
  type CachedMessage = import('chatlarder').CachedMessage;
  type Larder = import('chatlarder').Larder;
  const userId: string;
  const transport: Transport;
  const readToken: () => Promise<string>;
  const showProblem: (error: unknown) => void;
  const Chats: () => null;
  interface ImportMeta {
    env: { DEV: boolean };
  }
}
