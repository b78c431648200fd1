namespace LoadHarness.Load.Clocks;

/// <summary>Blocks one thread for a time of nanoseconds, unless signalled.</summary>
internal abstract class PreciseWait : IDisposable
{
    public static PreciseWait ForThisSystem() =>
        OperatingSystem.IsLinux() ? new LinuxWait()
        : OperatingSystem.IsWindowsVersionAtLeast(10, 0, 17134) ? new WindowsWait()
        : new PortableWait();

    public virtual void Enter()
    {
    }

    /// <param name="nanoseconds">Positive; <see cref="long.MaxValue"/> waits for the signal alone.</param>
    /// <returns>Whether it was signalled.</returns>
    public abstract bool For(long nanoseconds);

    public abstract void Signal();

    public abstract void Dispose();
}
