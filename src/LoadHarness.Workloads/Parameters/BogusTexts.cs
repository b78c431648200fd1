using Bogus;
using LoadHarness.Core.Statistics;
using LoadHarness.Workloads.Format;

namespace LoadHarness.Workloads.Parameters;

/// <summary>Texts by Bogus. They are made before the load: to make one takes longer than many a statement.</summary>
internal static class BogusTexts
{
    private const int UsuallyDifferent = 10_000;
    private const string UsualLocale = "en";

    /// <summary>A locale may hold fewer words than asked for: the attempts are bounded, and what there is will do.</summary>
    private const int Attempts = 3;

    public static IReadOnlyList<string> Make(ParameterFile file, ulong seed)
    {
        var wanted = file.Different ?? UsuallyDifferent;
        var local = (int)((seed ^ StableHash.Of($"{file.Locale}/{file.Pattern}")) & int.MaxValue);
        var faker = new Faker(file.Locale ?? UsualLocale) { Random = new Randomizer(local) };
        var texts = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (long)wanted * Attempts && texts.Count < wanted; i++) texts.Add(faker.Parse(file.Pattern!));
        return [.. texts];
    }

    public static (string Wrong, string Allowed)? FaultOfLocale(string? locale)
    {
        if (locale is null) return null;
        var known = Database.GetAllLocales().Order(StringComparer.Ordinal).ToList();
        return known.Contains(locale) ? null : ($"Bogus has no locale '{locale}'", $"Allowed: {string.Join(", ", known)}");
    }

    /// <returns>Null when it can be made.</returns>
    public static string? FaultOfPattern(string pattern, string? locale)
    {
        try
        {
            new Faker(locale ?? UsualLocale) { Random = new Randomizer(1) }.Parse(pattern);
            return null;
        }
        catch (Exception unknown) when (unknown is not OutOfMemoryException)
        {
            return $"Bogus cannot make it: {unknown.Message.Split('\n')[0].TrimEnd().TrimEnd('.')}";
        }
    }
}
