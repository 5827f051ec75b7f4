// Drives an org through a client that is not ours.
//
//   node drive.mjs MODULE      MODULE exports connect(settings), which returns {list, get, revoke, revokeAll}
//
// stdin: a line with the settings, then a line [METHOD, ...ARGUMENTS] for each call; end of stdin ends the program.
// stdout: a line {result} or {error: {status, code, message}} for each call.
import { createInterface } from 'node:readline';

const { connect } = await import(process.argv[2]);

let client;
for await (const line of createInterface({ input: process.stdin })) {
  if (!client) {
    client = connect(JSON.parse(line));
    continue;
  }
  const [method, ...args] = JSON.parse(line);
  const answer = await client[method](...args).then(
    (result) => ({ result }),
    ({ status, errorCode: code, message }) => ({ error: { status, code, message } }),
  );
  console.log(JSON.stringify(answer));
}
