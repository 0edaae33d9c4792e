using KvmTraceLab.Analysis.Recording;

namespace KvmTraceLab.Tests.Recording;

public sealed class QemuSecretsTests
{
    [Theory]
    [InlineData("-object", "secret,id=sec0,data=hunter2,format=raw", "secret,id=sec0,data=[removed],format=[removed]")]
    [InlineData("-object", "secret_keyring,id=s,serial=0x1", "secret_keyring,id=s,serial=[removed]")]
    [InlineData("-object", "{\"qom-type\":\"secret\",\"id\":\"s\",\"data\":\"hunter2\"}", "{\"qom-type\":\"secret\",\"id\":\"s\",\"data\":\"[removed]\"}")]
    [InlineData("-object", "{broken secret hunter2", "[removed]")]
    [InlineData("-object", "memory-backend-ram,id=m,size=8G", "memory-backend-ram,id=m,size=8G")]
    [InlineData("-blockdev", "{\"driver\":\"luks\",\"file\":{\"url\":\"https://u:p@h/x?sig=1\",\"password\":7}}", "{\"driver\":\"luks\",\"file\":{\"url\":\"https://[removed]@h/x?[removed]\",\"password\":\"[removed]\"}}")]
    [InlineData("-spice", "port=5900,password=a,,b,tls=1", "port=5900,password=[removed],tls=1")]
    [InlineData("-vnc", ":1,password=on", ":1,password=[removed]")]
    [InlineData("-drive", "file=rbd:pool/im:id=admin:key=AQB==:mon_host=10.0.0.1,if=none", "file=rbd:pool/im:id=admin:key=[removed]:mon_host=10.0.0.1,if=none")]
    [InlineData("-drive", "file=iscsi://user%pw:x@10.0.0.1/iqn/0,if=none", "file=iscsi://[removed]@10.0.0.1/iqn/0,if=none")]
    [InlineData("-append", "root=/dev/sda api_token=abc quiet", "root=/dev/sda api_token=[removed] quiet")]
    [InlineData("-smbios", "type=11,value=io.systemd.credential:x=y", "type=11,value=[removed]")]
    [InlineData("-smbios", "type=1,manufacturer=Acme", "type=1,manufacturer=Acme")]
    [InlineData("-fw_cfg", "name=opt/x,string=abc", "name=opt/x,string=[removed]")]
    [InlineData("-device", "isa-applesmc,osk=ourhard", "isa-applesmc,osk=[removed]")]
    [InlineData("-cpu", "host,level=30,+vmx-mbec", "host,level=30,+vmx-mbec")]
    public void Secrets_go_and_the_rest_stays(string option, string argument, string clean) =>
        Assert.Equal(["qemu", option, clean], QemuSecrets.Remove(["qemu", option, argument]));
}
