// Keeps the stripped and compiled form of the sources in node_modules: a start from a checkout then
// neither strips types anew nor loads what strips them, in three threads. Plain JavaScript, for that reason.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

module.enableCompileCache(
  fileURLToPath(new URL('../node_modules/.cache/ordergate', import.meta.url)),
);
