export { tickStep, ticks } from 'd3-array';
