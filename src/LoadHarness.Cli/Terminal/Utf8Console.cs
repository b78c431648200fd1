using System.Text;

namespace LoadHarness.Cli.Terminal;

/// <summary>
/// A console of Windows reads what is written to it in the code page of its country: marks and dashes of this program, which writes UTF-8,
/// would come out garbled. It reads UTF-8 until this is disposed, and its former code page from then on.
/// </summary>
internal sealed class Utf8Console : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Action<Encoding> _set;
    private readonly Encoding? _former;

    private Utf8Console(Encoding present, Action<Encoding> set)
    {
        _set = set;
        if (present.CodePage != Utf8.CodePage && TrySet(Utf8)) _former = present;
    }

    /// <summary>To be called before anything takes hold of the console's writers.</summary>
    /// <returns>Null where no output of this program is a console of Windows.</returns>
    public static Utf8Console? Here() => OperatingSystem.IsWindows() && !(Console.IsOutputRedirected && Console.IsErrorRedirected)
        ? Of(Console.OutputEncoding, encoding => Console.OutputEncoding = encoding)
        : null;

    /// <param name="present">What the console reads.</param>
    /// <param name="set">Makes it read another one.</param>
    internal static Utf8Console Of(Encoding present, Action<Encoding> set) => new(present, set);

    public void Dispose()
    {
        if (_former is not null) TrySet(_former);
    }

    private bool TrySet(Encoding encoding)
    {
        try
        {
            _set(encoding);
            return true;
        }
        catch (IOException)
        {
            // The console is gone, or takes no other: the work goes on.
            return false;
        }
    }
}
