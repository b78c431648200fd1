using System.Text;

namespace LoadHarness.Seeding.Rows;

/// <summary>A name in the letters that an e-mail's local part may hold.</summary>
internal static class Slug
{
    private const string From = "àáâãäåāăąçćčďđèéêëēėęěğìíîïīįıłñńň"
        + "òóôõöøōőřśşšșţťțùúûüūůűųýÿźżž";
    private const string To = "aaaaaaaaacccddeeeeeeeegiiiiiiilnnn"
        + "oooooooorssssttt" + "uuuuuuuuyyzzz";

    /// <returns>Lower-case ASCII; empty when nothing of the name can be written so.</returns>
    public static string Of(string name)
    {
        var slug = new StringBuilder(name.Length);
        foreach (var letter in name.ToLowerInvariant())
        {
            var folded = From.IndexOf(letter, StringComparison.Ordinal);
            var plain = folded >= 0 ? To[folded] : letter;
            if (plain is >= 'a' and <= 'z')
                slug.Append(plain);
            else if (letter == 'ß')
                slug.Append("ss");
        }

        return slug.Length <= 20 ? slug.ToString() : slug.ToString(0, 20);
    }
}
