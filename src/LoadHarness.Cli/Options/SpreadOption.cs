using System.Globalization;
using LoadHarness.Core.Measurement;
using LoadHarness.Core.Options;

namespace LoadHarness.Cli.Options;

/// <summary><c>--workspaces</c> and <c>--skew</c>.</summary>
internal static class SpreadOption
{
    /// <param name="contacts">That are to be spread.</param>
    public static WorkspaceSpread Check(GivenOptions raw, long contacts, List<string> errors)
    {
        var known = errors.Count;
        var isCounted = raw.Contacts is null || ContactCount.Parse(raw.Contacts, out _) is not null;
        var (workspaces, skew) = (Workspaces(raw.Workspaces, errors), Skew(raw.Skew, errors));
        if (raw.Skew is not null && raw.Workspaces is null)
            errors.Add("--skew: it says how leads are spread over several workspaces. Give --workspaces W with it, or leave it out.");
        if (errors.Count > known) return WorkspaceSpread.One;
        // Of one workspace no skew is kept: runs and databases with and without the words are the same.
        var spread = workspaces == 1 ? WorkspaceSpread.One : new WorkspaceSpread(workspaces, skew);
        if (isCounted && spread.FaultOf(contacts) is { } fault) errors.Add($"--workspaces '{raw.Workspaces}': {fault}");
        return spread;
    }

    private static int Workspaces(string? text, List<string> errors)
    {
        if (text is null) return 1;
        if (int.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.None, null, out var count)
            && count is >= 1 and <= WorkspaceSpread.MostWorkspaces)
            return count;
        errors.Add($"--workspaces '{text}': give a whole number from 1 to {WorkspaceSpread.MostWorkspaces}.");
        return 1;
    }

    // Two decimals, as the names of kept databases have them.
    private static double Skew(string? text, List<string> errors)
    {
        if (text is null) return WorkspaceSpread.UsualSkew;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, null, out var skew)
            && skew <= (decimal)WorkspaceSpread.LargestSkew && decimal.Round(skew, 2) == skew)
            return (double)skew;
        errors.Add($"--skew '{text}': give a number from 0 to {WorkspaceSpread.LargestSkew} with two decimals at most, such as 0.8.");
        return WorkspaceSpread.UsualSkew;
    }
}
