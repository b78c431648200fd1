using LoadHarness.Core.Input;

namespace LoadHarness.Core.Measurement;

/// <summary>
/// How seeded leads are spread over workspaces: the workspace of rank r holds a share in proportion to 1/r^skew (Zipf's law).
/// </summary>
/// <param name="Workspaces">With one, all leads that were asked for are in workspace 1, and fifty small workspaces come on top.</param>
/// <param name="Skew">0: all workspaces are alike. 1: the second holds half as many leads as the first, the third a third.</param>
public sealed record WorkspaceSpread(
    [property: Within(1, WorkspaceSpread.MostWorkspaces)] int Workspaces,
    [property: Within(0, WorkspaceSpread.LargestSkew)] double Skew)
{
    public const int MostWorkspaces = 10_000;

    public const double LargestSkew = 2;

    public const double UsualSkew = 1;

    /// <summary>Below this a workspace has not one send of each kind.</summary>
    public const long FewestLeads = 20;

    /// <summary>Pages far down a search need several pages in one workspace at least.</summary>
    public const long FewestInLargest = 200;

    /// <summary>Of the weights: a whole number, so that shares are equal on every machine.</summary>
    private const double Unit = 1_000_000_000;

    public static WorkspaceSpread One { get; } = new(1, UsualSkew);

    public bool IsOne() => Workspaces == 1;

    /// <summary>Leads of each workspace, the largest first. They sum up to all of them.</summary>
    public IReadOnlyList<long> SizesOf(long contacts)
    {
        var weights = Enumerable.Range(1, Workspaces).Select(rank => (ulong)(Unit / Power(rank, Skew))).ToArray();
        var total = weights.Aggregate(0UL, (sum, weight) => sum + weight);
        var sizes = weights.Select(weight => (long)((UInt128)(ulong)contacts * weight / total)).ToArray();
        var left = contacts - sizes.Sum();
        for (var rank = 0; rank < left; rank++) sizes[rank]++;
        return sizes;
    }

    /// <returns>Why so many leads cannot be spread so, and what to do; null when they can.</returns>
    public string? FaultOf(long contacts)
    {
        if (IsOne()) return null;
        var sizes = SizesOf(contacts);
        return sizes[^1] < FewestLeads ? Fault("smallest", sizes[^1], FewestLeads)
            : sizes[0] < FewestInLargest ? Fault("largest", sizes[0], FewestInLargest)
            : null;

        string Fault(string which, long size, long needed) =>
            $"of {contacts:N0} leads in {Workspaces:N0} workspaces (skew {Skew:0.##}) the {which} would hold {size}, "
                + $"and it needs {needed}. Give more leads or fewer workspaces, or another skew.";
    }

    /// <summary>As <c>in one workspace</c>.</summary>
    public string Words() => IsOne()
        ? "in one workspace"
        : $"in {Workspaces:N0} workspaces (skew {Skew:0.##})";

    // By square roots and products alone: these round alike on every machine, which Math.Pow need not.
    private static double Power(int rank, double exponent)
    {
        const int bits = 30;
        double result = 1, root = rank;
        for (var whole = 1; whole <= exponent; whole++) result *= rank;
        var fraction = (long)Math.Round((exponent - Math.Floor(exponent)) * (1L << bits));
        for (var bit = bits - 1; bit >= 0; bit--)
        {
            root = Math.Sqrt(root);
            if ((fraction >> bit & 1) == 1) result *= root;
        }

        return result;
    }
}
