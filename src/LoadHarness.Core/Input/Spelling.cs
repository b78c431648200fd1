namespace LoadHarness.Core.Input;

/// <summary>Finds the word that a mistyped one was meant to be.</summary>
public static class Spelling
{
    /// <returns>A sentence: the nearest word when it is near enough, and all that are known.</returns>
    public static string Advice(string wrong, IReadOnlyCollection<string> known)
    {
        var advice = Nearest(wrong, known) is { } nearest ? $"Did you mean '{nearest}'? " : "";
        return $"{advice}Allowed: {string.Join(", ", known)}";
    }

    /// <returns>The nearest word; null where none is near enough.</returns>
    public static string? Nearest(string wrong, IReadOnlyCollection<string> known)
    {
        var nearest = known.Select(word => (Word: word, Distance: Distance(wrong.ToLowerInvariant(), word.ToLowerInvariant())))
            .OrderBy(pair => pair.Distance).FirstOrDefault();
        return nearest.Word is not null && nearest.Distance <= Math.Max(2, nearest.Word.Length / 3) ? nearest.Word : null;
    }

    /// <summary>Levenshtein: how many letters must be put in, taken out or changed.</summary>
    private static int Distance(string one, string other)
    {
        if (one.Length > 200) return int.MaxValue;
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var changed = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
