// Skeleton on a real server: the suite that every platform passes, and what is left to do here.
import { testPlatform, testWhatIsLeft } from 'ordergate/testing';
import { skeleton as client } from './client.ts';
import platform from './index.ts';

const folder = new URL('./', import.meta.url);

testPlatform({ platform, client, folder });
testWhatIsLeft(folder);

// LEFT: for each clause, send real bytes that keep it and bytes that break it, and expect the code
