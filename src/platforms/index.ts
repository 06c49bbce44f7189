// The platforms, explicitly. A new one is its folder and one line here.
import type { Platform } from '../protocol/platform.ts';
import { jintong } from './jintong/index.ts';
import { suning } from './suning/index.ts';
import { ytx } from './ytx/index.ts';

export const platforms: readonly Platform[] = [jintong, suning, ytx];
