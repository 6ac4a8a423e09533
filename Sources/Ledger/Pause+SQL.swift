import FleetLedger
import FleetModel
import GRDB

extension Pause {
    /// Reads no more of a relocation than that: there may be many of them, and steps are long.
    static func sql(endedSince time: Timestamp) -> SQL {
        """
        SELECT tenant, ended_at, json_extract(body, '$.pauseMilliseconds') AS pause FROM relocations
        WHERE ended_at >= \(time.milliseconds) AND json_extract(body, '$.pauseMilliseconds') IS NOT NULL ORDER BY ended_at
        """
    }
}
