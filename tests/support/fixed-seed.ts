/**
 * The seed of all properties under `npm test`: what it says of a change must not depend on the draw. A file
 * that is run alone draws anew.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: 20261130 });
