import torch
from tests.models.written_out import convolution_norm_relu, disturbed, halved

from leanset.models import build_model


def test_the_network_has_the_number_of_parameters_counted_by_hand() -> None:
    # a 3×3 convolution without bias, with the scale and shift of its norm: 9 · in · out + 2 · out
    # prep            3 to  64:       1,728 +   128 =     1,856
    # layer 1        64 to 128:      73,728 +   256 =    73,984
    # its residual, 2 × 128 to 128: 2 (147,456 + 256) =   295,424
    # layer 2       128 to 256:     294,912 +   512 =   295,424
    # layer 3       256 to 512:   1,179,648 + 1,024 = 1,180,672
    # its residual, 2 × 512 to 512: 2 (2,359,296 + 1,024) = 4,720,640
    # classifier without bias: 512 · 10              =     5,120
    model = build_model("resnet9", (3, 32, 32), 10, torch.Generator())
    assert sum(parameter.numel() for parameter in model.parameters()) == 6_573_120


def test_the_network_is_pages_written_out() -> None:
    model = disturbed("resnet9", (2, 19, 16), 7)
    images = torch.randn(3, 2, 19, 16, generator=torch.Generator().manual_seed(1)).double()
    p = iter(model.parameters())
    with torch.inference_mode():
        x = convolution_norm_relu(images, p)
        x = halved(convolution_norm_relu(x, p))
        x = x + convolution_norm_relu(convolution_norm_relu(x, p), p)
        x = halved(convolution_norm_relu(x, p))
        x = halved(convolution_norm_relu(x, p))
        x = x + convolution_norm_relu(convolution_norm_relu(x, p), p)
        logits = 0.125 * (x.amax(dim=(2, 3)) @ next(p).T)
        assert next(p, None) is None
        torch.testing.assert_close(model(images), logits)
