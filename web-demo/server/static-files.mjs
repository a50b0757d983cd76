import { existsSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import staticPlugin from '@fastify/static';

/** @import { FastifyInstance } from 'fastify' */

const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The headers that every answer carries. @param {FastifyInstance} app */
export function addSecurityHeaders(app) {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  });
}

/**
 * The built page. Files under `assets/` have a hash in their names and may be kept for ever; all others
 * (the page, its service worker, its manifest) are asked for again each time.
 *
 * @param {FastifyInstance} app
 * @param {string | undefined} directory not served when it isn't there
 */
export function serveStaticFiles(app, directory) {
  if (!directory || !existsSync(directory)) return;
  const hashed = resolve(directory, 'assets') + sep;
  app.register(staticPlugin, {
    root: resolve(directory),
    cacheControl: false,
    setHeaders(reply, path) {
      const kept = path.startsWith(hashed) ? 'public, max-age=31536000, immutable' : 'no-cache';
      reply.setHeader('cache-control', kept);
    },
  });
}
