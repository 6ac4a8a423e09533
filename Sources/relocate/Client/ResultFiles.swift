import AttackSimulation
import Foundation
import SystemSupport

/// What an experiment leaves in a directory: NAME.md, NAME.csv, NAME.json and NAME-PANEL.svg.
struct ResultFiles {
    private let result: ExperimentResult
    private let report: String

    /// The files of a result.
    /// - Parameter report: the result in words.
    init(_ result: ExperimentResult, report: String) {
        self.result = result
        self.report = report
    }

    /// Writes all of them. What is there already under these names is replaced.
    /// - Returns: Their paths.
    /// - Throws: `ClientError.failed` that names the file which cannot be written.
    func write(to directory: String) throws -> [String] {
        let name = result.experiment.name
        var files: [(name: String, content: [UInt8])] = [
            ("\(name).md", Array(report.utf8)), ("\(name).csv", Array(CSVReport(result).text.utf8)),
            ("\(name).json", try JSONReport(result).bytes),
        ]
        for (panel, figure) in PanelFigure.all(of: result) {
            files.append(("\(name)-\(panel.name).svg", Array(figure.svg.utf8)))
        }
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw ClientError.failed("cannot make the directory '\(directory)': \(error.localizedDescription)")
        }
        return try files.map { file in
            let path = "\(directory)/\(file.name)"
            do throws(SystemCallError) {
                try WholeFile.write(file.content, to: path, mode: 0o666)
            } catch {
                throw ClientError.failed("cannot write '\(path)': \(error.reason)")
            }
            return path
        }
    }
}
