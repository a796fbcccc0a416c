export { build } from 'hdr-histogram-js';
