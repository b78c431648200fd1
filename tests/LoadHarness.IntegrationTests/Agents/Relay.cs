using System.Net;
using System.Net.Sockets;

namespace LoadHarness.IntegrationTests.Agents;

/// <summary>A way to a port of this machine that can be cut and opened again, as that over a network.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly List<TcpClient> _ends = [];
    private readonly Task _accepting;
    private TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Relay(int port)
    {
        _open.SetResult();
        _listener.Start();
        _accepting = AcceptAsync(port);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Ends all connections. Those that come now wait until it is open again.</summary>
    public void Cut()
    {
        lock (_lock)
        {
            _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
            foreach (var end in _ends) end.Dispose();
            _ends.Clear();
        }
    }

    public void Open()
    {
        lock (_lock) _open.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        Cut();
        _stop.Dispose();
    }

    private async Task AcceptAsync(int port)
    {
        while (true)
        {
            var near = await _listener.AcceptTcpClientAsync(_stop.Token);
            await Opened().WaitAsync(_stop.Token);
            var far = new TcpClient();
            await far.ConnectAsync(IPAddress.Loopback, port, _stop.Token);
            lock (_lock) _ends.AddRange([near, far]);
            _ = PassAsync(near, far);
            _ = PassAsync(far, near);
        }
    }

    private Task Opened()
    {
        lock (_lock) return _open.Task;
    }

    private static async Task PassAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception cut) when (cut is IOException or SocketException or InvalidOperationException)
        {
            // As a network, it does not say why.
        }

        from.Dispose();
        to.Dispose();
    }
}
