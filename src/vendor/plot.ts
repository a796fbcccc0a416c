// The build puts what is needed of the libraries in this folder into dist: installed whole they weigh 30 MB.
export * from '@observablehq/plot';
