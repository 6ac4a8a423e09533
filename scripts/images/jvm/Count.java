import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the requests for each path, in memory alone. */
public class Count {
    public static void main(String[] arguments) throws Exception {
        var counts = new ConcurrentHashMap<String, AtomicLong>();
        var server = HttpServer.create(new InetSocketAddress(8080), 100);
        server.createContext("/", exchange -> {
            var path = exchange.getRequestURI().getPath();
            var count = counts.computeIfAbsent(path, any -> new AtomicLong()).incrementAndGet();
            var body = (count + "\n").getBytes();
            exchange.getResponseHeaders().set("Server", "java/" + System.getProperty("java.version"));
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.start();
    }
}
