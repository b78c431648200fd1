using LoadHarness.Core.Proving;

namespace LoadHarness.Comparing.Proving;

/// <summary>
/// Finds the highest level that holds: doubles while it does, halves while it does not, then tries in between. A level that was spoilt says
/// nothing of what was loaded: lower ones are tried, and where it is the next above the one that held, that one is a bound.
/// </summary>
/// <param name="broke">Loads an arm at a level; null where it held, else what broke or spoilt it.</param>
/// <param name="precision">The search ends when what held and what broke are no further apart than this factor.</param>
/// <param name="step">Levels are multiples of it, such as 1 for users; 0 for any level.</param>
internal sealed class LevelSearch(
    Func<double, CancellationToken, Task<LevelFault?>> broke, ClaimSearch range, double precision, double step)
{
    /// <param name="first">Where the first search begins.</param>
    /// <param name="before">What an earlier search found; null for none. A later one begins between what held and what broke there.</param>
    public async Task<HeldLevel> FindAsync(double first, HeldLevel? before, CancellationToken cancellationToken)
    {
        var (held, ceiling, brokeAt) = ((double?)null, (double?)null, (double?)null);
        LevelFault? above = null;
        // Where an earlier search knows nothing, this one begins as that did.
        var start = before is { End: not SearchEnd.Spoilt } ? before.Level : first;
        var level = Math.Clamp(Whole(start, Math.Round), range.Least, range.Most);
        while (true)
        {
            var fault = await TwiceAsync(level, cancellationToken);
            if (fault is null) held = level;
            else (ceiling, above) = (level, fault);
            if (fault is { IsSpoilt: false }) brokeAt = level;
            var isSpoilt = above is { IsSpoilt: true };
            if (ceiling <= range.Least) return new(range.Least, isSpoilt ? SearchEnd.Spoilt : SearchEnd.BelowLeast, above?.Words);
            if (held >= range.Most) return new(range.Most, SearchEnd.AtMost, null);
            if (Next(held, ceiling, before?.BrokeAt) is not { } next)
                return new(held!.Value, isSpoilt ? SearchEnd.SpoiltAbove : SearchEnd.Found, above?.Words) { BrokeAt = brokeAt };
            level = next;
        }
    }

    // A stall of the machine breaks or spoils any level: either has to happen twice.
    private async Task<LevelFault?> TwiceAsync(double level, CancellationToken cancellationToken)
    {
        var (broken, spoilt) = (0, 0);
        while (true)
        {
            if (await broke(level, cancellationToken) is not { } fault) return null;
            if ((fault.IsSpoilt ? ++spoilt : ++broken) == 2) return fault;
        }
    }

    private double? Next(double? held, double? ceiling, double? brokeBefore)
    {
        if (held is { } low && ceiling is { } high)
        {
            var middle = Whole(Math.Sqrt(low * high), Math.Round);
            return high / low <= precision || middle <= low || middle >= high ? null : middle;
        }

        if (held is { } all) return brokeBefore is { } before && before > all ? before : Math.Min(range.Most, 2 * all);
        return Math.Max(range.Least, Whole(ceiling!.Value / 2, Math.Floor));
    }

    private double Whole(double level, Func<double, double> round) => step > 0 ? step * round(level / step) : level;
}
