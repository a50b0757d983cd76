/** For a page without a bundler. */
import { openLarder } from './node_modules/chatlarder/dist/index.js';
import { showChat } from './chat.js';

await showChat(openLarder);
