// Answers each request with its target and the length of its content, as Node (llhttp) understands it: SOCKET.
"use strict";

const server = require("http").createServer((request, response) => {
  let length = 0;
  request.on("data", (piece) => {
    length += piece.length;
  });
  request.on("end", () => response.end(`${request.url} ${length}`));
});
// The client ends its side before it reads.
server.httpAllowHalfOpen = true;
server.listen(process.argv[2]);
