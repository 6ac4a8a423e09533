import FleetModel
import GRDB

/// A table whose rows are numbered in the order of writing and carry a time.
///
/// Their times follow that order, but where the clock was put back: by at most what `settings` keeps. So no row of a span of
/// time comes before the last one that is older than its beginning by more than that, nor after the first one that is younger
/// than its end by more: both are found by the index on the time, and bound the numbers to look at.
struct TimedTable {
    let name: String
    let number: String
    let time: String

    static let relocations = TimedTable(name: "relocations", number: "id", time: "created_at")
    static let events = TimedTable(name: "events", number: "sequence", time: "at")

    /// The last row that was written before anything of this time or later; its number is `NULL` when there is none.
    func lastNumber(before time: Timestamp) -> SQL {
        """
        SELECT \(sql: number) FROM \(sql: name)
        WHERE \(sql: self.time) < \(time.milliseconds) - (SELECT \(sql: name)_behind FROM settings)
        ORDER BY \(sql: self.time) DESC, \(sql: number) DESC LIMIT 1
        """
    }

    /// The first row that was written after everything before this time; its number is `NULL` when there is none.
    func firstNumber(after time: Timestamp) -> SQL {
        """
        SELECT \(sql: number) FROM \(sql: name)
        WHERE \(sql: self.time) >= \(time.milliseconds) + (SELECT \(sql: name)_behind FROM settings)
        ORDER BY \(sql: self.time), \(sql: number) LIMIT 1
        """
    }
}

extension Conditions {
    /// Adds that rows are of a span of time and before a number; what is `nil` excludes nothing.
    ///
    /// The plus keeps SQLite from walking the index on the time and sorting by number what may be all of it.
    mutating func add(_ table: TimedTable, since: Timestamp?, until: Timestamp?, before number: Int64?) {
        add("\(sql: table.number) < \(number ?? .max)")
        add(since) { "\(sql: table.number) > coalesce((\(table.lastNumber(before: $0))), 0)" }
        add(since) { "+\(sql: table.time) >= \($0.milliseconds)" }
        add(until) { "\(sql: table.number) < coalesce((\(table.firstNumber(after: $0))), \(Int64.max))" }
        add(until) { "+\(sql: table.time) < \($0.milliseconds)" }
    }
}
