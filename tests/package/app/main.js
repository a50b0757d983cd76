/** For the bundlers, which find the package by its name. */
import { openLarder } from 'chatlarder';
import { showChat } from './chat.js';

await showChat(openLarder);
