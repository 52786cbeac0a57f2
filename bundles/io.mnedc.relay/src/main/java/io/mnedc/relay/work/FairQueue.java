package io.mnedc.relay.work;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Things that wait, each of a source, in the order in which they came: finds the source that has most of them or fewest, in
 * the time of a look into a tree, however many sources there are. Not thread-safe.
 */
public final class FairQueue<T> {
    /** Where a thing waits. */
    public final class Place {
        private final Line line;
        private final long number;
        private final T thing;

        private Place(Line line, long number, T thing) {
            this.line = line;
            this.number = number;
            this.thing = thing;
        }

        public T thing() {
            return thing;
        }
    }

    private final class Line {
        final SourceNetwork source;
        final TreeMap<Long, Place> places = new TreeMap<>();

        Line(SourceNetwork source) {
            this.source = source;
        }

        int length() {
            return places.size();
        }

        long first() {
            return places.firstKey();
        }
    }

    private final Map<SourceNetwork, Line> lines = new HashMap<>();
    /** The shortest one first, and of equals the one that began last. */
    private final TreeSet<Line> byLength =
            new TreeSet<>(Comparator.comparingInt(Line::length).thenComparing(Line::first, Comparator.reverseOrder()));

    private final TreeMap<Long, Place> all = new TreeMap<>();
    private long next;

    /** Puts a thing behind all others. */
    public Place add(SourceNetwork source, T thing) {
        Line line = lines.computeIfAbsent(source, Line::new);
        byLength.remove(line);
        Place place = new Place(line, next++, thing);
        line.places.put(place.number, place);
        byLength.add(line);
        all.put(place.number, place);
        return place;
    }

    /** Takes a thing away; whether it was there. */
    public boolean remove(Place place) {
        if (all.remove(place.number) == null) {
            return false;
        }
        Line line = place.line;
        byLength.remove(line);
        line.places.remove(place.number);
        if (line.places.isEmpty()) {
            lines.remove(line.source);
        } else {
            byLength.add(line);
        }
        return true;
    }

    public int size() {
        return all.size();
    }

    public int sizeOf(SourceNetwork source) {
        Line line = lines.get(source);
        return line == null ? 0 : line.length();
    }

    /** The one that waits longest. */
    @Nullable
    public Place oldest() {
        return all.isEmpty() ? null : all.firstEntry().getValue();
    }

    @Nullable
    public Place oldestOf(SourceNetwork source) {
        Line line = lines.get(source);
        return line == null ? null : line.places.firstEntry().getValue();
    }

    /** Of the source with the most; of several, the one that waits longest. */
    @Nullable
    public Place oldestOfMost() {
        return byLength.isEmpty() ? null : byLength.last().places.firstEntry().getValue();
    }

    /** Of the source with the fewest; of several, one that came last. */
    @Nullable
    public Place newestOfFewest() {
        return byLength.isEmpty() ? null : byLength.first().places.lastEntry().getValue();
    }

    /** All of them, in their order. */
    public Iterable<Place> places() {
        return all.values();
    }
}
