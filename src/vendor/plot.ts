// Of the libraries in this folder the build puts what is needed into one file each: installed whole they weigh 30 MB.
export * from '@observablehq/plot';
