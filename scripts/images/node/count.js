// Counts the requests for each path, in memory alone.
const counts = new Map();

const server = require("http").createServer((request, response) => {
    const count = (counts.get(request.url) ?? 0) + 1;
    counts.set(request.url, count);
    response.writeHead(200, { "Content-Type": "text/plain", Server: `node/${process.versions.node}` });
    response.end(`${count}\n`);
});
server.keepAliveTimeout = 3600_000;
server.listen(3000, "0.0.0.0");
