<?php
// Counts the requests for each path, in a file that all workers share.
header('Content-Type: text/plain');
$file = fopen('/tmp/count-' . hash('crc32', $_SERVER['REQUEST_URI']), 'c+');
flock($file, LOCK_EX);
$count = (int) stream_get_contents($file) + 1;
rewind($file);
fwrite($file, (string) $count);
fclose($file);
echo $count, "\n";
