// HTTP/1.1 and HTTP/2 on plain sockets: a server, a client, a router, event streams and static files.
//
// Layers, each of which knows only the ones before it:
//
//   EventLoop/     threads that wait for sockets and timers and run tasks
//   TLS/           certificates in use, and sessions of OpenSSL: ciphertext to plaintext without a socket
//   Sockets/       addresses, listening, non-blocking reads and writes, what is still unsent
//   Parsing/       bytes to messages: values without a socket or a clock
//   Serializing/   messages to bytes
//   HTTP2/         frames, streams and windows: the same for many messages at once, by libnghttp2, again without a socket
//   Server/        the life of a connection (`ServerConnectionMachine`, again a value), and the thin I/O around it; a
//                  connection that begins with the preface of HTTP/2 goes on as an `HTTP2ServerConnection`
//   Routing/ Streaming/ Static/   what handlers are made of
//   Client/        the same for the other side
//
// Rules that hold everywhere:
//
// - Whatever two parties could read differently is an error, never a guess. The grammar is RFC 9112 without its
//   allowances for old software.
// - Nothing is unbounded: each part of a message has a limit, each wait a deadline, and nobody is read from while what he
//   has sent before is not used. A peer that moves too few bytes for too long is dropped, whichever direction it delays.
// - State changes under one lock per connection. System calls under it never block; continuations are resumed and handlers
//   run outside it. Locks are taken in the order connection, then loop.
// - Answers and events are written from the thread that has them, straight to the socket; a loop is woken only if it sleeps.
