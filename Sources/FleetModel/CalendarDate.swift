/// A day of the Gregorian calendar, extended to all years.
///
/// Years are counted from 1 March here, so that the leap day is the last of its year. Then the days before a month are
/// a linear formula, and 400 years are 146,097 days.
struct CalendarDate: Hashable {
    let year: Int64
    let month: Int64
    let day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day this many days after 1970-01-01.
    init(daysSince1970 days: Int64) {
        let (era, dayOfEra) = (days + Self.offset).flooredDivision(by: Self.daysOfEra)
        // Years have 365.2425 days on average, so the estimate may be one off.
        var yearOfEra = min(399, dayOfEra * 400 / Self.daysOfEra)
        if Self.days(beforeYear: yearOfEra) > dayOfEra { yearOfEra -= 1 }
        if yearOfEra < 399, Self.days(beforeYear: yearOfEra + 1) <= dayOfEra { yearOfEra += 1 }
        let dayOfYear = dayOfEra - Self.days(beforeYear: yearOfEra)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - Self.days(beforeMonth: monthFromMarch) + 1
        month = (monthFromMarch + 2) % 12 + 1
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    var daysSince1970: Int64 {
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredDivision(by: 400)
        let monthFromMarch = (month + 9) % 12
        return era * Self.daysOfEra + Self.days(beforeYear: yearOfEra) + Self.days(beforeMonth: monthFromMarch) + day
            - 1
            - Self.offset
    }

    private static let daysOfEra: Int64 = 146_097
    /// From 0000-03-01 to 1970-01-01.
    private static let offset: Int64 = 719_468

    private static func days(beforeYear year: Int64) -> Int64 { year * 365 + year / 4 - year / 100 }

    /// 31, 30, 31, 30, 31 days, again and again: 153 in five months.
    private static func days(beforeMonth month: Int64) -> Int64 { (153 * month + 2) / 5 }
}

extension Int64 {
    /// Quotient and remainder, the remainder never negative.
    func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
