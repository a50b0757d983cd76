import type { User } from './auth.mjs';
import type { Fault } from './faults.mjs';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set by the `authenticate` hook. */
    user: User;
    /** The fault that strikes this request, if a test has set one. */
    fault: (Fault & { cleared: AbortSignal }) | null;
  }
}
