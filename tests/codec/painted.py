"""Pictures for tests: four fields of colour, in every format that covers are in."""

import base64
import io
import zlib

import av
import numpy as np
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 200, 0), (0, 0, 255), (255, 255, 255)
FIELDS = (RED, GREEN, BLUE, WHITE)
"""Top left, top right, bottom left, bottom right."""

Pixels = NDArray[np.uint8]


def fields(width: int, height: int, *, alpha: int = 255) -> Pixels:
    """Rows of red, green, blue and alpha."""
    found = np.full((height, width, 4), alpha, np.uint8)
    middle, half = width // 2, height // 2
    for number, colour in enumerate(FIELDS):
        rows = slice(half, None) if number > 1 else slice(half)
        columns = slice(middle, None) if number % 2 else slice(middle)
        found[rows, columns, :3] = colour
    return found


def noise(width: int, height: int) -> Pixels:
    """What nothing can be saved of."""
    found = np.random.default_rng(1).integers(0, 256, (height, width, 4), np.uint8)
    found[..., 3] = 255
    return found


def painted(pixels: Pixels, codec: str, pixel_format: str) -> bytes:
    """The file of a picture, by an encoder of FFmpeg."""
    context = CodecContext.create(codec, "w")
    assert isinstance(context, VideoCodecContext)
    frame = VideoFrame.from_ndarray(pixels, format="rgba").reformat(format=pixel_format)
    context.width, context.height, context.pix_fmt = frame.width, frame.height, pixel_format
    context.open()
    return b"".join(bytes(each) for end in (frame, None) for each in context.encode(end))


def moving(pixels: Pixels, others: Pixels) -> bytes:
    """A GIF that shows one after the other."""
    file = io.BytesIO()
    with av.open(file, "w", format="gif") as container:
        stream = container.add_stream("gif", rate=5)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = pixels.shape[1], pixels.shape[0], "rgb8"
        for each in (pixels, others, others):
            frame = VideoFrame.from_ndarray(each, format="rgba").reformat(format="rgb8")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def seen(picture: bytes) -> Pixels:
    """The pixels of a JPEG."""
    with av.open(io.BytesIO(picture), format="jpeg_pipe") as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24")


def _unpacked(text: str) -> bytes:
    return zlib.decompress(base64.b85decode(text))


CMYK = _unpacked(
    "c-rmIy-LGS7{>7@q1amMAxA?<1woL~tWvO5)I?H2DDh(|g+irGNf)VZI_aJ0HFyOM;+(<3wu@Kb<R*Hoqi$y`JkR"
    "*@AAY>*RlP&($HQ(PF@C2e2w^Q0L?Lg9MX@BUW!GDA9mm~RFRgmpmEE1KO060kwvU2(^PpNgIX`W7y2&8fi!QG(;"
    ";VK)>8VH9IWslWOehgav?Ll5>In`E!@!^AveUb5{ku*fV~9+M2rV=KA8GN^A3$UCUk^IDdD}bF>F*|MI=MHuNj&k"
    "y6Hh$x#1l_E@x&8PJn_WOHXhF}TKT=Lm6t!hb@IFsXnp?X_>Fkti6@?T;)y4oc;bmCo_OMkpKZLaMn9XO0z3"
)
"""720 by 720, for a printer: cyan, magenta, yellow and black."""

PROGRESSIVE = _unpacked(
    "c-s4a<NpH&0WUXCHwH#V1_nkTWcYuZ!I?pTn}?5wOMs7;Pe@QeSVBWeLQG7;P+3)0!^+s!#?sir+`%Kp&%q_!)!Z"
    "T=H!wUtDLo_I&bP3#Af+NEH9Z+*2&15okc6m&zLb=HvXg~VGRffoAqGJXrVC6Lm>HEAm;@P_1sVSzVGsv8735eXz"
    "{17~l#m39GNZ~cv9L0;{lCS)!_3IQB)}{H^kPToJqA?37_!w_La_%;lx6YuO`{4&6^<&Tg~AoL<C=~n5erZ4w4Qa"
    "<xL0bc&to^^UWs!i$rcxTNMjltzFdm#w4I0ZGCVYV(1dvm?ma;hVlHmGb74Zj3^ZYh#JwlbgxH?*?p&y_&;U)?;B"
    "fT>G$Gz|(#1}WP6=qjiEZB%(1fJtm_2K0YB_)=e3<v01DcSzMebQnR?Y@Af3`{AK@(!gE4V#Nh)WpVpFHL}(S#W8"
    "Jlt-gBBF-wPl^1Z(cl~nPAUW^u;vyKU_?`U09a{r0PAu_R;F5YpbAAn1_oAEl!~8;RV2VEF{$yOgCL6|SUIrrw`c"
    "sUb#b5DD(d6P`;X*_hW4I!{`{-qeJ6d#d`Eu4y@z`bSGRq~&HeMVS0^*sTPotxv1uk7mty7o{LcUk2L(X}MrKxEI"
    "|r#O6%Jq$bxcfhU=~ya2Lls07(%5(as#)zUByd<&%1ju@5T0#=v}&Z#ol$7yY60uSD=5cbbb6{Ysnkuj+Gg2oZIs"
    "zJsCUa=e0+sdCFm=5;kB@;!X~1_K@U&C&Ab&0#!g;eBfXbK+l2<OdJYLC<sFZx&j3Z73c~YFjSx^Xc~3Ks55Bk3`"
    "Z6LRK!3C2oO}^Ku7^2K_f<;G3pF@I)fQlJ;)0(FoDW{W`q+29Up!OFmwn^ESvyuD+v61kKDGo*zP7PQ9^)n@t^$u"
    ")Sn+FYc6f}I;%~9+8-BlvpDtabTj-^6}Z-u16J*<jL22HAcJGT!4D5Xj)qt40-w!HH?Hl?$xe=zx^eB;HmscICte"
    "W`e|GBr{I*4`=|U8@V}>s40xZnRw<~UEnceE$wm6qKM)r9Em9zk`lD-K5%Qiyo"
)
"""720 by 720, in several scans."""

TURNED = _unpacked(
    "c-s4a<NpH&0WUXCHwH#V1_nkTWcdG(LCLiuGmU}4*Ox(yfq{VoC?~|g%m9*SV*rEyw;7xn1h{$lc(?@kc=?0`1%x"
    "Fuq$I?|Bn*{RWi_mfZEY-#EzBJ}V*DIj!d=ZR0&)Yx<CD@e((QZ;D+^L8Vp7wSL54623JFPwO6W^T=_fl`I3<$|{"
    "vTiv<Y3HTy1>k+#K0uT$SlbC{|JL9*gGhI6(}qsfG)}a6qRIz03=a1W)^mk1}Q;ckg%d?U}kf4ZaVb;76T76BhW%"
    "-K?Zw<F6O7}83=$7?~r8OiCe>DcQT~(5>U&sK{h{yfEva?-N2r0ZdW79o-j@_A)r|3K<VBI1k|v)Y;`lbDIJ=4dj"
    "gxs1p<n_8LxeFAfQH6=&Ho&l-$tvJO@c-0*V=R*rRWb2H|KBjt1dq5RL}na0o&NqTR>-|0V$LC+I5"
)
"""720 by 360, the upper half; Exif says to turn it to the right."""
