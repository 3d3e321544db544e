import torch
from tests.models.written_out import convolution_norm, convolution_norm_relu, disturbed

from leanset.models import build_model


def test_the_network_has_the_number_of_parameters_counted_by_hand() -> None:
    # a 3×3 convolution without bias, with the scale and shift of its norm: 9 · in · out + 2 · out
    # stem, 3 to 64:                                1,728 + 128      =     1,856
    # 4 of  64 to  64:                         4 (   36,864 +   128) =   147,968
    # 64 to 128, 3 of 128 to 128:     73,728 + 3 ·   147,456 + 4 · 256 =   517,120
    # 128 to 256, 3 of 256 to 256:   294,912 + 3 ·   589,824 + 4 · 512 = 2,066,432
    # 256 to 512, 3 of 512 to 512: 1,179,648 + 3 · 2,359,296 + 4 · 1,024 = 8,261,632
    # projections of 1×1: 8,192 + 256, 32,768 + 512, 131,072 + 1,024 =   173,824
    # classifier: 512 · 10 + 10                                      =     5,130
    model = build_model("resnet18", (3, 32, 32), 10, torch.Generator())
    assert sum(parameter.numel() for parameter in model.parameters()) == 11_173_962


def test_the_network_is_that_of_the_paper_written_out() -> None:
    model = disturbed("resnet18", (2, 9, 12), 7)
    images = torch.randn(3, 2, 9, 12, generator=torch.Generator().manual_seed(1)).double()
    p = iter(model.parameters())
    with torch.inference_mode():
        x = convolution_norm_relu(images, p)
        for stride in (1, 2, 2, 2):
            # the first block of a stage: its body's parameters come before its projection's
            body = convolution_norm(convolution_norm_relu(x, p, stride), p)
            shortcut = x if stride == 1 else convolution_norm(x, p, stride)
            x = (body + shortcut).clamp(min=0)
            x = (x + convolution_norm(convolution_norm_relu(x, p), p)).clamp(min=0)
        weight, shift = p
        torch.testing.assert_close(model(images), x.mean(dim=(2, 3)) @ weight.T + shift)
