// Gives the page the global `Buffer`, which the clients use as Node has it.
import { Bytes } from './bytes.ts';

Object.assign(globalThis, { Buffer: Bytes });
