# A line ten times a second, each from a sleep of its own.
count=0
while true; do
    count=$((count + 1))
    echo "tick $count" >>/run/ticks
    sleep 0.1
done
