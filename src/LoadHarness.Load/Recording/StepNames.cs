namespace LoadHarness.Load.Recording;

/// <summary>
/// Which steps of an operation are kept by their own name: the first hundred. A name that differs in each iteration would otherwise cost a
/// histogram each time. One list for all stripes, so that a step is kept whole or not at all.
/// </summary>
internal sealed class StepNames
{
    public const string Other = "other";
    private const int Most = 100;
    private const int LongestName = 100;
    private readonly Lock _lock = new();
    private readonly HashSet<string> _kept = [];

    /// <summary>Whether some step is not kept by its own name.</summary>
    public bool IsFull { get; private set; }

    /// <returns>The name to keep it by.</returns>
    public string Admit(string name)
    {
        var wanted = name.Length <= LongestName ? name : name[..LongestName];
        lock (_lock)
        {
            if (_kept.Contains(wanted)) return wanted;
            if (_kept.Count < Most)
            {
                _kept.Add(wanted);
                return wanted;
            }

            IsFull = true;
            return Other;
        }
    }
}
