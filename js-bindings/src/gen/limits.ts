// Generated from wasm/schema.json by js-bindings/scripts/generate.mjs; do not edit.

export const provisionalSequenceMin = 4503599627370496;
export const openPageMessages = 50;
export const pageMessages = 200;
export const repairMessages = 500;
export const repairPagesMax = 1000;
export const pageChats = 200;
export const callsMax = 4;
export const callTimeoutMs = 30000;
export const chatExpiresMs = 604800000;
export const gapsPerChatMax = 64;
export const jsonDepthMax = 32;
export const backoffBaseMs = 1000;
export const backoffMaxMs = 60000;
export const retryAfterMaxMs = 300000;
export const errorsPerPageMax = 20;
export const planBytes = 65536;
export const transactionBytes = 2097152;
export const blockMessages = 64;
export const blockBytes = 49152;
export const smallBlockMessages = 32;
export const sealBlocks = 16;
export const sealRows = 512;
export const sealDelayMs = 1000;
export const accessedResolutionMs = 60000;
