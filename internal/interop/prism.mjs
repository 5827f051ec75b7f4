// Prism, Stoplight's mock server and validating proxy, as a program that ends with its stdin: on its own it would
// outlive a test that dies.
//
//   node prism.mjs mock|proxy ...           the arguments and the output are those of `prism`
import '@stoplight/prism-cli';

process.stdin.on('end', () => process.exit(0)).resume();
