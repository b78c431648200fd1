using System.CommandLine;
using LoadHarness.Core;

namespace LoadHarness.Cli.Options;

/// <summary>
/// A verb has forms, such as <c>prove --evidence</c>, and a form does not use every option of its verb. One that it does not use is
/// refused: who typed it believes that it changes something.
/// </summary>
internal static class FormOptions
{
    /// <param name="form">As it is typed.</param>
    /// <param name="what">It does, as the rest of a sentence that begins with the form.</param>
    /// <param name="unused">Options of the verb that the form does not use.</param>
    /// <returns>A sentence for each of these that was given.</returns>
    public static IEnumerable<string> Faults(ParseResult parsed, string form, string what, params IEnumerable<Option> unused) => unused
        .Where(option => CommandLineOptions.Given(parsed, option))
        .Select(option => $"{option.Name}: {form} {what}, and does not use it. Leave it out.");

    /// <summary>As <see cref="Faults"/>, for a form that is known once the options have been read.</summary>
    /// <exception cref="HarnessException">Some of these were given.</exception>
    public static void RequireNone(ParseResult parsed, string form, string what, params IEnumerable<Option> unused)
    {
        IReadOnlyList<string> faults = [.. Faults(parsed, form, what, unused)];
        if (faults.Count > 0) throw OptionsCheck.Refusal(faults);
    }
}
