using System.IO.Pipes;
using KvmTraceLab.Output;
using KvmTraceLab.Output.Charts;
using KvmTraceLab.Output.Files;
using Microsoft.Win32.SafeHandles;

namespace KvmTraceLab.Tests.Output;

public sealed class FileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ktl-files");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_new_file_is_written()
    {
        var path = In("new.txt");
        FileOutput.Write(path, stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public void A_file_is_replaced_whole_and_nothing_else_is_left()
    {
        var path = In("a.txt");
        File.WriteAllText(path, "old, and longer than what comes");
        FileOutput.Write(path, stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal(["a.txt"], _folder.GetFiles().Select(f => f.Name));
    }

    [Fact]
    public void A_write_that_fails_leaves_the_old_file_and_no_temporary()
    {
        var path = In("a.txt");
        File.WriteAllText(path, "old");
        Assert.Throws<InvalidOperationException>(() => FileOutput.Write(path, stream =>
        {
            stream.Write("half"u8);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["a.txt"], _folder.GetFiles().Select(f => f.Name));
    }

    [Fact]
    public void A_link_stays_a_link()
    {
        File.WriteAllText(In("target"), "old");
        File.CreateSymbolicLink(In("link"), In("target"));
        FileOutput.Write(In("link"), stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(In("target")));
        Assert.NotNull(new FileInfo(In("link")).LinkTarget);
    }

    [Fact]
    public void Devices_are_written_and_stay_devices()
    {
        FileOutput.Write("/dev/null", stream => stream.Write("x"u8));
        Assert.Equal(0, new FileInfo("/dev/null").Length);
        var error = Assert.Throws<OutputException>(() => FileOutput.Write("/dev/full", stream => stream.Write("x"u8)));
        Assert.Equal("cannot write /dev/full: No space left on device", error.Message);
    }

    [Fact]
    public async Task A_named_pipe_is_written_and_stays_one()
    {
        using (var process = System.Diagnostics.Process.Start("mkfifo", In("pipe"))) await process.WaitForExitAsync();
        var reader = Task.Run(() => File.ReadAllText(In("pipe")));
        FileOutput.Write(In("pipe"), stream => stream.Write("through"u8));
        Assert.Equal("through", await reader);
        Assert.Equal(["pipe"], _folder.GetFiles().Select(f => f.Name));
    }

    [Theory]
    [InlineData("no/such/folder/x", "there is no such folder")]
    [InlineData(".", "it is a directory")]
    public void What_cannot_be_written_is_said_in_one_line(string name, string reason)
    {
        var error = Assert.Throws<OutputException>(() => FileOutput.Write(In(name), stream => stream.Write("x"u8)));
        Assert.Equal($"cannot write {In(name)}: {reason}", error.Message);
    }

    [Fact]
    public void A_name_that_is_too_long_is_said_to_be()
    {
        var error = Assert.Throws<OutputException>(() => FileOutput.Write(In(new string('x', 300)), stream => stream.Write("x"u8)));
        Assert.EndsWith("x: the name is too long", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reader_that_went_away_is_no_error()
    {
        using var server = new AnonymousPipeServerStream(PipeDirection.Out);
        using (var client = new AnonymousPipeClientStream(PipeDirection.In, server.ClientSafePipeHandle))
        {
        }

        server.DisposeLocalCopyOfClientHandle();
        using var end = new FileStream(new SafeFileHandle(server.SafePipeHandle.DangerousGetHandle(), ownsHandle: false), FileAccess.Write, 0);
        var error = Assert.ThrowsAny<IOException>(() => end.Write(new byte[100_000]));
        Assert.True(FileOutput.IsBrokenPipe(error));
        Assert.True(FileOutput.IsBrokenPipe(new OutputException("x", error)));
        Assert.False(FileOutput.IsBrokenPipe(new FileNotFoundException()));
    }

    [Fact]
    public void Png_needs_a_program_and_says_which_package_has_it()
    {
        var error = Assert.Throws<OutputException>(() => PngConverter.Convert("<svg/>", "no-such-program"));
        Assert.Equal("PNG needs no-such-program: install the package librsvg2-bin (Debian, Ubuntu) or librsvg2-tools (Fedora), or write an .svg", error.Message);
    }

    [Fact]
    public void The_progress_bar_waits_a_second_counts_and_goes()
    {
        var clock = new HandClock();
        var writer = new StringWriter();
        using (var bar = new ProgressBar(writer, true, clock))
        {
            bar.Report(10_000_000, 200_000_000);
            Assert.Equal("", writer.ToString());
            clock.Advance(2);
            bar.Report(50_000_000, 200_000_000);
            bar.Report(60_000_000, 200_000_000);
        }

        const string Line = "[#######.......................]  25% of 200 MB, 25 MB/s";
        Assert.Equal($"\r{Line}\r{new string(' ', Line.Length)}\r", writer.ToString());
    }

    [Fact]
    public void Where_the_size_is_not_known_the_bar_counts_alone()
    {
        var clock = new HandClock();
        var writer = new StringWriter();
        using (var bar = new ProgressBar(writer, true, clock))
        {
            clock.Advance(2);
            bar.Report(50_000_000, 0);
        }

        const string Line = "50 MB read, 25 MB/s";
        Assert.Equal($"\r{Line}\r{new string(' ', Line.Length)}\r", writer.ToString());
    }

    [Fact]
    public void Nothing_is_written_where_there_is_no_terminal()
    {
        var clock = new HandClock();
        var writer = new StringWriter();
        using (var bar = new ProgressBar(writer, false, clock))
        {
            clock.Advance(5);
            bar.Report(1, 0);
        }

        Assert.Equal("", writer.ToString());
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);

    private sealed class HandClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _now;

        public void Advance(int seconds) => _now += seconds;
    }
}
